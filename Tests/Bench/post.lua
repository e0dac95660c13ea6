-- wrk: POST the body in $WEIR_BENCH_BODY, with the key in $WEIR_BENCH_KEY if there is one.
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["content-type"] = "application/json"
local key = os.getenv("WEIR_BENCH_KEY")
if key then wrk.headers["authorization"] = "Bearer " .. key end
local file = assert(io.open(os.getenv("WEIR_BENCH_BODY"), "rb"))
wrk.body = file:read("*a")
file:close()
