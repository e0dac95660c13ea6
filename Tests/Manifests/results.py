"""How many rules were kept, and what speaks against the others."""


class Results:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, problems):
        if problems:
            self.failed += 1
            print(f"FAILED {name}")
            for problem in problems:
                print(f"  {problem}")
        else:
            self.passed += 1

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skipped {name}: {reason}")
