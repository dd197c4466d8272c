//go:build race

package remote_test

// slowdown is by how much less is done where the race detector makes all slower.
const slowdown = 10
