//go:build !race

package genserver_test

const idleServers = 100_000

// maxIdleBytes is what an idle server with a small state may take.
const maxIdleBytes = 525
