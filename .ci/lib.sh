# What several sections use. .ci/run reads it; it only defines functions.

# list_tests PATTERN prints a line "package test" for every test, benchmark or
# fuzz target of the workspace whose name matches. There have to be some.
list_tests() {
	go test -list "$1" work >"$scratch/list"
	awk '
		$1 == "ok" { for (i = 0; i < n; i++) { print $2, names[i]; total++ } n = 0; next }
		$1 == "?" || $2 ~ /coverage:/ { next }
		{ names[n++] = $1 }
		END { exit total == 0 }
	' "$scratch/list"
}

# other_releases prints the releases in .ci/releases that are not of the installed minor
# version.
other_releases() {
	local installed
	installed=$(go env GOVERSION | grep -o '^go1\.[0-9]*')
	grep '^go' .ci/releases | grep -v "^${installed//./\\.}\(\.\|\$\)" || true
}

# with_release RELEASE COMMAND... runs a command with another release of Go, which the
# go command gets through the module proxy. It says which one it is.
with_release() {
	local release=$1
	shift
	printf -- '--- %s: %s\n' "$release" "$*"
	GOTOOLCHAIN=$release "$@"
}

# for_platform GOOS/GOARCH COMMAND... runs a command for another platform, without cgo.
for_platform() {
	local platform=$1
	shift
	printf -- '--- %s: %s\n' "$platform" "$*"
	GOOS=${platform%/*} GOARCH=${platform#*/} CGO_ENABLED=0 "$@"
}

# runs_386 says whether this machine runs 32-bit programs. That takes more than an amd64
# processor: a kernel may be built without them. A program that was built and cannot be
# started says no; one that cannot be built is an error.
runs_386() {
	local dir=$scratch/386
	mkdir -p "$dir"
	printf 'package main\n\nfunc main() {}\n' >"$dir/main.go"
	GOOS=linux GOARCH=386 CGO_ENABLED=0 go build -o "$dir/main" "$dir/main.go" || exit 1
	"$dir/main" 2>/dev/null
}

# apart KIND builds, vets and tests each module that modctl lists for KIND, by itself.
apart() {
	local dirs dir names
	dirs=$(go run ./tools/modctl list "$1")
	for dir in $dirs; do
		echo "--- $dir"
		# A module that only pins tools has no packages of its own.
		names=$(GOWORK=off go -C "$dir" list -f '{{.Name}}' ./...)
		if [[ -n $names ]]; then
			mkdir -p "$scratch/bin"
			# With -o it fails if there is no command to build.
			[[ $names != *main* ]] || GOWORK=off go -C "$dir" build -o "$scratch/bin/" ./...
			GOWORK=off go -C "$dir" vet ./...
			GOWORK=off go -C "$dir" test ./...
		fi
	done
}

# need_package PACKAGE COMMAND installs a Debian package unless COMMAND is there:
#
#   need_package etcd-server etcd
#   need_package chromium chromium
#   need_package erlang-base erl
#   need_package iproute2 ip
#
# Without root it goes through sudo, and fails if it may not.
need_package() {
	local package=$1 command=$2 as_root=()
	if command -v "$command" >/dev/null; then
		return
	fi
	((EUID == 0)) || as_root=(sudo -n)
	echo "--- install $package for $command"
	"${as_root[@]}" apt-get update -qq
	DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$package" >/dev/null
	command -v "$command" >/dev/null
}
