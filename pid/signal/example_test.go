package signal_test

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

func ExampleExitReason() {
	for _, r := range []signal.ExitReason{signal.Normal, signal.ShutdownReason("drained"), signal.Killed} {
		fmt.Printf("%v: ignored by links %t, failure %t\n", r, r.IsNormal(), r.IsFailure())
	}
	// Output:
	// normal: ignored by links true, failure false
	// shutdown: drained: ignored by links false, failure false
	// killed: ignored by links false, failure true
}

func ExampleExitReason_Error() {
	err := fmt.Errorf("ask the bank: %w", signal.Killed)
	fmt.Println(errors.Is(err, signal.Killed), errors.Is(err, signal.NoProc))

	err = fmt.Errorf("ask the bank: %w", signal.Error("disk full"))
	if r, ok := errors.AsType[signal.ExitReason](err); ok {
		fmt.Println(r.IsError(), r.Text())
	}
	// Output:
	// true false
	// true disk full
}

func ExampleReasonOf() {
	fmt.Println(signal.ReasonOf(nil))
	fmt.Println(signal.ReasonOf(signal.Shutdown))
	fmt.Println(signal.ReasonOf(errors.New("disk full")))
	fmt.Println(signal.ReasonOf(fmt.Errorf("ask the bank: %w", signal.Killed)))
	// Output:
	// normal
	// shutdown
	// error: disk full
	// error: ask the bank: killed
}

func ExampleParseExitReason() {
	r, err := signal.ParseExitReason("error: disk full")
	fmt.Println(r == signal.Error("disk full"), err)

	_, err = signal.ParseExitReason("error:")
	fmt.Println(errors.Is(err, pid.ErrSyntax))
	// Output:
	// true <nil>
	// true
}
