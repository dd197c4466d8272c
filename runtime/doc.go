// Package runtime is under construction in this commit.
package runtime
