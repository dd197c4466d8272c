package remote_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/term"
)

// note is what the tests send most.
type note struct {
	Seq  int64
	Text string
}

func init() {
	term.MustRegister[note]("remote_test.note")
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(playRole(role))
	}
	goleak.VerifyTestMain(m)
}
