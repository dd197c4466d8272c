module github.com/starlang-go/starlang/remote/etcd

go 1.26.0

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/starlang-go/starlang/pid v0.1.0
	github.com/starlang-go/starlang/remote v0.1.0
	github.com/starlang-go/starlang/remote/cluster v0.1.0
	github.com/starlang-go/starlang/runtime v0.1.0
	github.com/starlang-go/starlang/term v0.1.0
	github.com/stretchr/testify v1.12.1
	go.etcd.io/etcd/api/v3 v3.7.3
	go.etcd.io/etcd/client/v3 v3.7.3
	go.uber.org/goleak v1.3.0
	go.uber.org/zap v1.27.1
	golang.org/x/sys v0.49.0
	google.golang.org/grpc v1.83.2
)

require (
	github.com/coreos/go-semver v0.3.1 // indirect
	github.com/coreos/go-systemd/v22 v22.7.0 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.29.0 // indirect
	github.com/puzpuzpuz/xsync/v3 v3.5.1 // indirect
	github.com/starlang-go/starlang/mailbox v0.1.0 // indirect
	github.com/starlang-go/starlang/registry v0.1.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	go.etcd.io/etcd/client/pkg/v3 v3.7.3 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260803160001-6ac0973c030d // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260803160001-6ac0973c030d // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)

replace github.com/starlang-go/starlang/mailbox => ../../mailbox

replace github.com/starlang-go/starlang/term => ../../term

replace github.com/starlang-go/starlang/pid => ../../pid

replace github.com/starlang-go/starlang/registry => ../../registry

replace github.com/starlang-go/starlang/runtime => ../../runtime

replace github.com/starlang-go/starlang/remote => ../../remote

replace github.com/starlang-go/starlang/remote/cluster => ../../remote/cluster
