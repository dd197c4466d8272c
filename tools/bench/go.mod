module github.com/starlang-go/starlang/tools/bench

go 1.26.0

replace (
	ergo.services/ergo => github.com/ergo-services/ergo v1.999.320
	github.com/starlang-go/starlang/mailbox => ../../mailbox
	github.com/starlang-go/starlang/pid => ../../pid
	github.com/starlang-go/starlang/registry => ../../registry
	github.com/starlang-go/starlang/remote => ../../remote
	github.com/starlang-go/starlang/runtime => ../../runtime
	github.com/starlang-go/starlang/term => ../../term
)

require ergo.services/ergo v1.999.320
