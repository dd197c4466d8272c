// Command supervision holds package supervisor against recorded results of Erlang/OTP's
// supervisor. README.md says what is in the files.
//
//	go run ./tools/oracle/supervision generate SEED COUNT       print random scenarios
//	go run ./tools/oracle/supervision run SCENARIOS             print a result for each
//	go run ./tools/oracle/supervision check SCENARIOS EXPECTED  compare with recorded ones
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/starlang-go/starlang/tools/oracle/supervision/replay"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "supervision:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: generate SEED COUNT | run SCENARIOS | check SCENARIOS EXPECTED")

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 3 && args[0] == "generate":
		return generate(args[1], args[2], out)
	case len(args) == 2 && args[0] == "run":
		return results(args[1], out)
	case len(args) == 3 && args[0] == "check":
		return check(args[1], args[2], out)
	}
	return errUsage
}

func generate(seed, count string, out io.Writer) error {
	s, err1 := strconv.ParseUint(seed, 10, 64)
	n, err2 := strconv.Atoi(count)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	lines := lineWriter(out)
	for _, scenario := range replay.Generate(s, n) {
		if err := lines.Encode(scenario); err != nil {
			return err
		}
	}
	return nil
}

func results(file string, out io.Writer) error {
	scenarios, err := replay.ReadScenarios(file)
	if err != nil {
		return err
	}
	lines := lineWriter(out)
	for _, s := range scenarios {
		r, err := replay.Run(s, replay.Poll)
		if err != nil {
			return err
		}
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func check(file, expected string, out io.Writer) error {
	scenarios, err1 := replay.ReadScenarios(file)
	want, err2 := replay.ReadResults(expected)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if len(scenarios) != len(want) {
		return fmt.Errorf("%s has %d scenarios, %s has %d results", file, len(scenarios), expected, len(want))
	}
	differ := 0
	for i, s := range scenarios {
		got, err := replay.Run(s, replay.Poll)
		if err != nil {
			return err
		}
		if text := replay.Difference(s, want[i], got); text != "" {
			differ++
			fmt.Fprintln(out, text)
		}
	}
	fmt.Fprintf(out, "%s: %d scenarios, %d differences\n", file, len(scenarios), differ)
	if differ > 0 {
		return fmt.Errorf("%d of %d results differ", differ, len(scenarios))
	}
	return nil
}

func lineWriter(out io.Writer) *json.Encoder {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e
}
