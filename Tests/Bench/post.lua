-- wrk: POST the body in $WEIR_BENCH_BODY, with the key in $WEIR_BENCH_KEY if there is one, or with each line of $WEIR_BENCH_KEYS in turn.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["content-type"] = "application/json"
local key = os.getenv("WEIR_BENCH_KEY")
if key then wrk.headers["authorization"] = "Bearer " .. key end
local file = assert(io.open(os.getenv("WEIR_BENCH_BODY"), "rb"))
wrk.body = file:read("*a")
file:close()

local keys = os.getenv("WEIR_BENCH_KEYS")
if keys then
    local lines, number = {}, 0
    for line in io.lines(keys) do lines[#lines + 1] = "Bearer " .. line end
    request = function()
        number = number % #lines + 1
        wrk.headers["authorization"] = lines[number]
        return wrk.format()
    end
end
