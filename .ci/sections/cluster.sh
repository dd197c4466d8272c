# A cluster in simulation, and on real etcd servers: Debian's, one that is built from
# server/v3 at the version that remote/etcd/embedded has, and the embedded one. All of them
# use free ports and directories of their own.

# build_etcd FILE builds the server as its own module does, through the module proxy.
build_etcd() (
	version=$(GOWORK=off go -C remote/etcd/embedded list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
	mkdir "$scratch/server"
	cd "$scratch/server"
	export GOWORK=off
	go mod init server
	go get "go.etcd.io/etcd/server/v3@$version"
	go build -o "$1" go.etcd.io/etcd/server/v3
	"$1" --version
)

# conformance runs the suite for drivers on all servers at the same time: mostly it waits.
conformance() {
	local all=() one failed=0
	GOWORK=off go -C remote/etcd test -count 1 -run '^TestConformance$' . &
	all+=($!)
	GOWORK=off ETCD=$1 go -C remote/etcd test -count 1 -run '^TestConformance$' . &
	all+=($!)
	GOWORK=off go -C remote/etcd/embedded test -count 1 -run '^TestConformance$' . &
	all+=($!)
	for one in "${all[@]}"; do wait "$one" || failed=1; done
	return "$failed"
}

# faults TEST [FLAG...] runs a test of remote/etcd/internal/faults and prints its figures.
faults() {
	echo "--- $*"
	"${as_root[@]}" "$scratch/faults.test" -test.timeout 10m -test.v -test.run "^$1" "${@:2}" 2>"$scratch/servers" |
		grep -v '^ *\(=== \|frozen_test.go:.* session \)' || {
		tail -n 50 "$scratch/servers"
		return 1
	}
}

section_cluster() {
	local as_root=()
	need_package etcd-server etcd
	need_package iproute2 ip
	# In two halves, side by side, the stories keep two processors busy.
	go test -c -o "$scratch/cluster.test" ./remote/cluster
	(cd remote/cluster && "$scratch/cluster.test" -test.timeout 0 -test.run '^TestSimulation$' -first 100 -seeds 100) &
	local half=$!
	local failed=0
	(cd remote/cluster && "$scratch/cluster.test" -test.timeout 0 -test.run '^TestSimulation$' -seeds 100) || failed=1
	wait "$half" || failed=1
	((failed == 0))
	(cd remote/cluster && "$scratch/cluster.test" -test.run '^TestThousandNodes$' -test.v -nodes 100)
	# The mutants take the processors, the suite waits: together they take less time.
	go test -count 1 -timeout 0 -run '^TestMutants$' ./remote/cluster &
	local mutants=$!
	build_etcd "$scratch/etcd"
	conformance "$scratch/etcd"
	wait "$mutants"
	export GOWORK=off
	go -C remote/etcd test -c -o "$scratch/faults.test" ./internal/faults
	export ETCD=$scratch/etcd
	faults TestHistory
	faults TestFrozenMember -freezes 3
	faults TestCoast
	faults TestFailover -n 20
	faults TestFence -for 60s
	faults TestEntities -n 100000
	((EUID == 0)) || as_root=(sudo -n "ETCD=$ETCD")
	faults TestNetns -netns
}
