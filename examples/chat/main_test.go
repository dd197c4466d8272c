package main

import (
	"context"
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/examples/internal/golden"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(chat(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m)
}

func TestOutput(t *testing.T) {
	golden.Check(t, func(w io.Writer) error { return play(context.Background(), w) })
}
