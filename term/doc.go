// Package term is under construction in this commit.
package term
