package main

import (
	"testing"

	"github.com/starlang-go/starlang/examples/internal/golden"
)

func TestOutput(t *testing.T) { golden.Check(t, run) }
