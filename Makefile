# Weir: what people and CI run. Every target installs what it needs first.
#   make run     build and start the demo, and print a request to paste
#   make test    all tests, with their set-up
#   make check   lint, then test; what CI runs
#   make savings the bill of a stated mix of requests, with Weir and without
#   make bench   CPU per request next to nginx, latencies, memory

SHELL := /bin/bash
SWIFT_FLAGS := --explicit-target-dependency-import-check error
FUZZ_INPUTS ?= 100000
.DEFAULT_GOAL := help

.PHONY: help run build release test unit e2e check lint format fuzz bench savings image manifests test-asan test-tsan

help:
	@sed -n 's/^#   //p' Makefile

run: build-packages
	@swift build $(SWIFT_FLAGS) --product weir
	@exec "$$(swift build --show-bin-path)/weir" serve --welcome

build: build-packages
	@swift build $(SWIFT_FLAGS) --build-tests

# As it ships, laid out by what a mix of requests runs: two builds. HOW=keep takes the counts of last time, HOW=plain does without.
release: build-packages
	@.ci/packages profile
	@.ci/release $(HOW)

.PHONY: build-packages test-packages
build-packages:
	@.ci/packages build

test-packages:
	@.ci/packages build test

test: test-packages
	@.ci/test

# The two halves of `make test`, for while you work.
unit: test-packages
	@swift test $(SWIFT_FLAGS)

e2e: test-packages
	@.ci/test end-to-end

check: lint test

lint:
	@.ci/packages lint
	@.ci/lint

format:
	@swift format format --in-place --parallel --recursive Sources Tests Package.swift

# The suites that mutate what readers of foreign bytes get: HTTP and event streams, JSON, the configuration, the OpenAI dialect.
fuzz: build-packages
	@WEIR_FUZZ_INPUTS=$(FUZZ_INPUTS) swift test $(SWIFT_FLAGS) --filter 'Fuzz|Agreement|EditProperty|RoundTrip|Mutation'

bench: build-packages
	@.ci/packages profile bench
	@WEIR_BENCH=1 .ci/release $(HOW)
	@Tests/Bench/run

# The bill of a stated mix of requests with Weir and without, split by what saves it: Tests/Savings/README.md.
savings: build-packages
	@swift build $(SWIFT_FLAGS) --product weir
	@swift build $(SWIFT_FLAGS) --product mock-provider
	@Tests/Savings/run

# The Swift tests with AddressSanitizer, which also finds leaks, and with ThreadSanitizer. Each builds everything anew the first time.
test-asan: test-packages
	@LSAN_OPTIONS=suppressions=$(CURDIR)/.ci/lsan.supp:print_suppressions=0 \
		swift test $(SWIFT_FLAGS) --scratch-path .build-asan --sanitize=address

test-tsan: test-packages
	@swift build $(SWIFT_FLAGS) --scratch-path .build-tsan --sanitize=thread --build-tests
	@clang -shared -fPIC -O1 -Wall -Werror -o .build-tsan/tsan-mutex.so .ci/tsan-mutex.c
	@LD_PRELOAD=$(CURDIR)/.build-tsan/tsan-mutex.so \
		swift test $(SWIFT_FLAGS) --scratch-path .build-tsan --sanitize=thread --skip-build

manifests: test-packages
	@.ci/test manifests

image:
	docker build --tag weir:$$(sed -n 's/.*static let version = "\(.*\)"/\1/p' Sources/weir/Build.swift) \
		--build-arg REVISION=$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown) .
