// Package checkout takes another commit of this repository out into a directory
// of its own, as a work tree of git, and removes it again.
package checkout
