// Package remote is under construction in this commit.
package remote
