module github.com/starlang-go/starlang/runtime

go 1.26.0

require (
	github.com/starlang-go/starlang/mailbox v0.1.0
	github.com/starlang-go/starlang/pid v0.1.0
	github.com/starlang-go/starlang/registry v0.1.0
	github.com/starlang-go/starlang/term v0.1.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	golang.org/x/sync v0.24.0
	pgregory.net/rapid v1.3.0
)

replace (
	github.com/starlang-go/starlang/mailbox => ../mailbox
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/registry => ../registry
	github.com/starlang-go/starlang/term => ../term
)
