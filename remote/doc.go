// Package remote connects the runtimes of several programs: after [Start] a send to
// a process of another node is a send like any other.
package remote
