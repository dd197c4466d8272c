module github.com/starlang-go/starlang/registry

go 1.26.0

replace (
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/term => ../term
)

require (
	github.com/puzpuzpuz/xsync/v3 v3.5.1
	github.com/starlang-go/starlang/pid v0.0.0-00010101000000-000000000000
)
