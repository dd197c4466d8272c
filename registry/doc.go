// Package registry is under construction in this commit.
package registry
