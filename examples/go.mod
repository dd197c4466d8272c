module github.com/starlang-go/starlang/examples

go 1.26.0

replace (
	github.com/starlang-go/starlang/mailbox => ../mailbox
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/registry => ../registry
	github.com/starlang-go/starlang/remote => ../remote
	github.com/starlang-go/starlang/runtime => ../runtime
	github.com/starlang-go/starlang/term => ../term
)

require (
	github.com/starlang-go/starlang/mailbox v0.1.0
	github.com/starlang-go/starlang/pid v0.1.0
	github.com/starlang-go/starlang/remote v0.1.0
	github.com/starlang-go/starlang/runtime v0.1.0
	github.com/starlang-go/starlang/term v0.1.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
)

require (
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	github.com/starlang-go/starlang/registry v0.1.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
)
