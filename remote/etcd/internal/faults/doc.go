// Package faults tests clusters on real etcd servers. Its members are operating system
// processes, the test program itself once more, that are killed, stopped and cut off while
// they hold what may exist once.
//
// It has tests only. In their short form they take a few seconds each; flags make them
// longer, and .ci/run cluster says which ones.
package faults
