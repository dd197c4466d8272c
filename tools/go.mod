module github.com/starlang-go/starlang/tools

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	golang.org/x/mod v0.42.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace (
	github.com/starlang-go/starlang/mailbox => ../mailbox
	github.com/starlang-go/starlang/pid => ../pid
	github.com/starlang-go/starlang/registry => ../registry
	github.com/starlang-go/starlang/remote => ../remote
	github.com/starlang-go/starlang/runtime => ../runtime
	github.com/starlang-go/starlang/term => ../term
)
