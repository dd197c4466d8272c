module github.com/starlang-go/starlang/remote

go 1.26.0

replace (
	github.com/starlang-go/starlang/mailbox => ../mailbox
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/registry => ../registry
	github.com/starlang-go/starlang/runtime => ../runtime
	github.com/starlang-go/starlang/term => ../term
)
