//go:build !race

package genserver_test

const idleServers = 100_000
