module github.com/starlang-go/starlang/remote

go 1.26.0

require (
	github.com/starlang-go/starlang/mailbox v0.1.0
	github.com/starlang-go/starlang/pid v0.1.0
	github.com/starlang-go/starlang/registry v0.1.0
	github.com/starlang-go/starlang/runtime v0.1.0
	github.com/starlang-go/starlang/term v0.1.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace (
	github.com/starlang-go/starlang/mailbox => ../mailbox
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/registry => ../registry
	github.com/starlang-go/starlang/runtime => ../runtime
	github.com/starlang-go/starlang/term => ../term
)
