package main

import (
	"context"
	"io"
)

// Run is the command with its arguments.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return run(ctx, args, stdout, stderr)
}
