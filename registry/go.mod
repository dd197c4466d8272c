module github.com/starlang-go/starlang/registry

go 1.26.0

replace (
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/term => ../term
)
