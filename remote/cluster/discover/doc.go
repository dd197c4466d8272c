// Package discover finds the nodes of a cluster that has no directory.
//
// A [Source] is asked again and again, and what it says is added to what was known: an
// answer never takes a node away, because one that is short of nodes is what a name
// server says that has just been started. An answer with nobody but the node that asks
// means "nobody yet".
package discover
