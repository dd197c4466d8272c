// Package scenario reads the scenario files of the conformance suite and says
// what is wrong with one that is not well-formed. suite/README.md specifies the
// format.
package scenario
