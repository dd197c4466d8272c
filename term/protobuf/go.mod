module github.com/starlang-go/starlang/term/protobuf

go 1.26.0

replace github.com/starlang-go/starlang/term => ../../term

require (
	github.com/starlang-go/starlang/term v0.1.0
	github.com/stretchr/testify v1.12.1
	google.golang.org/protobuf v1.36.12
	pgregory.net/rapid v1.3.0
)

require (
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
