package behaviours

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/starlang-go/starlang/tools/oracle/behaviours/replay"
)

// How scenarios are recorded: many at a time, and those that differ again, a few at a time
// and slower: a machine that is busy makes timers late.
const (
	recordUnit     = 15 * time.Millisecond
	recordParallel = 100
	slowUnit       = 50 * time.Millisecond
	slowParallel   = 20
	slowTimes      = 2
)

// Comparison is random scenarios, what Erlang makes of them, and what is made of them here.
type Comparison struct {
	Scenarios []replay.Scenario
	Want, Got []replay.Result
}

// Live compares count random scenarios with the Erlang that is installed.
func Live(run Runner, seed uint64, count int) (c Comparison, err error) {
	if c.Scenarios, c.Got, err = Generate(run, seed, count); err != nil {
		return c, err
	}
	c.Want, err = recordSurely(c.Scenarios, c.Got)
	return c, err
}

// Differences returns a text for each scenario that differs.
func (c Comparison) Differences() (texts []string) {
	for i, s := range c.Scenarios {
		if text := Difference(s, c.Want[i], c.Got[i]); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// Keep writes the scenarios and what Erlang makes of them to two files.
func (c Comparison) Keep(name string) error {
	return errors.Join(replay.Write(name+".jsonl", c.Scenarios), replay.Write(name+".expected.jsonl", c.Want))
}

// recordSurely records scenarios, and those that differ from what was got again: what
// differed because the machine was busy then does not.
func recordSurely(scenarios []replay.Scenario, got []replay.Result) ([]replay.Result, error) {
	want, err := Record(scenarios, recordUnit, recordParallel)
	for range slowTimes {
		if err != nil {
			return nil, err
		}
		var again []replay.Scenario
		var at []int
		for i, s := range scenarios {
			if Difference(s, want[i], got[i]) != "" {
				again, at = append(again, s), append(at, i)
			}
		}
		if len(again) == 0 {
			break
		}
		var slow []replay.Result
		slow, err = Record(again, slowUnit, slowParallel)
		for i, r := range slow {
			want[at[i]] = r
		}
	}
	return want, err
}

// Difference describes how a result differs from the expected one, "" if it does not.
func Difference(s replay.Scenario, want, got replay.Result) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("scenario %q differs\n  %s\n  want %s\n  got  %s", s.Name, line(s), line(want), line(got))
}

func line(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
