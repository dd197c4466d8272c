module github.com/starlang-go/starlang/tools/bench/systems/ergo

go 1.26.0

require (
	ergo.services/ergo v1.999.320
	github.com/starlang-go/starlang/tools/bench v0.0.0
)

replace (
	ergo.services/ergo => github.com/ergo-services/ergo v1.999.320
	github.com/starlang-go/starlang/tools/bench => ../..
)
