package cli

import (
	"flag"
	"fmt"

	"github.com/starlang-go/starlang/tools/oracle/internal/report"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

// check compares the results of the scenarios in a file with expected ones.
func (a *app) check(args []string) error {
	repeat := 1
	files, err := a.files("check", args, 2, func(set *flag.FlagSet) {
		set.IntVar(&repeat, "repeat", 1, "how often to run all scenarios")
	})
	if err != nil {
		return err
	}
	if repeat < 1 {
		fmt.Fprintf(a.stderr, "oracle check: -repeat must be at least 1, not %d\n", repeat)
		return errUsage
	}
	scenarios, err := scenario.Read(files[0])
	if err != nil {
		return err
	}
	expected, err := report.Read(files[1])
	if err != nil {
		return err
	}
	if len(scenarios) != len(expected) {
		return fmt.Errorf("%s has %d scenarios, %s has %d results", files[0], len(scenarios), files[1], len(expected))
	}
	differ, skipped := 0, 0
	for range repeat {
		differ, skipped = a.compare(files[0], scenarios, expected, differ)
	}
	runs := ""
	if repeat != 1 {
		runs = fmt.Sprintf(" run %d times", repeat)
	}
	if skipped > 0 {
		runs += fmt.Sprintf(", %d skipped", skipped)
	}
	fmt.Fprintf(a.stdout, "%s: %d scenarios%s, %d differences\n", files[0], len(scenarios), runs, differ)
	if differ > 0 {
		return errDiffer
	}
	return nil
}

// compare runs the scenarios once, prints where their results differ, and adds how
// many do to differ. skipped is how many have no result to be compared.
func (a *app) compare(file string, scenarios []scenario.Scenario, expected []map[string]any, differ int) (_, skipped int) {
	i := 0
	for o := range world.All(scenarios, a.spread) {
		if o.Skipped() {
			skipped++
		} else if text := difference(file, o, expected[i]); text != "" {
			differ++
			fmt.Fprintln(a.stdout, text)
		}
		i++
	}
	return differ, skipped
}

// difference describes how an outcome differs from the expected result, "" if it
// does not.
func difference(file string, o world.Outcome, expected map[string]any) string {
	if o.Err != nil {
		return locate(file, o).Error()
	}
	d, differs := report.First(expected, o.Result)
	if !differs {
		return ""
	}
	where := d.Where
	if d.Step > 0 && d.Step <= len(o.Scenario.Steps) {
		where += ": " + o.Scenario.Steps[d.Step-1].Text
	}
	return fmt.Sprintf("%s:%d: scenario %q: %s\n%s", file, o.Scenario.Line, o.Scenario.Name, where, d.Columns())
}
