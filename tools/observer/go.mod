module github.com/starlang-go/starlang/tools/observer

go 1.26.0

require (
	github.com/a-h/templ v0.3.1118
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/starlang-go/starlang/pid v0.1.0
	github.com/starlang-go/starlang/remote v0.1.0
	github.com/starlang-go/starlang/runtime v0.1.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
)

require (
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	github.com/starlang-go/starlang/mailbox v0.1.0 // indirect
	github.com/starlang-go/starlang/registry v0.1.0 // indirect
	github.com/starlang-go/starlang/term v0.1.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/starlang-go/starlang/mailbox => ../../mailbox

replace github.com/starlang-go/starlang/term => ../../term

replace github.com/starlang-go/starlang/pid => ../../pid

replace github.com/starlang-go/starlang/registry => ../../registry

replace github.com/starlang-go/starlang/runtime => ../../runtime

replace github.com/starlang-go/starlang/remote => ../../remote
