//go:build race

package genserver_test

// idleServers is how many servers are measured: fewer under the race detector,
// which makes each of them some ten times as slow.
const idleServers = 10_000

// maxIdleBytes is what an idle server with a small state may take: its mailbox is another
// one here.
const maxIdleBytes = 700
