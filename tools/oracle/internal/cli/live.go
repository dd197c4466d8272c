package cli

import (
	"flag"
	"fmt"

	"github.com/starlang-go/starlang/tools/oracle/behaviours"
)

// live compares random scenarios of behaviours with the Erlang that is installed.
func (a *app) live(args []string) error {
	set := flag.NewFlagSet("oracle live", flag.ContinueOnError)
	set.SetOutput(a.stderr)
	set.Usage = func() { fmt.Fprint(a.stderr, usage) }
	count := set.Int("count", 500, "how many scenarios")
	seed := set.Uint64("seed", 1, "which scenarios")
	keep := set.String("keep", "", "the name of the files to keep them in")
	if set.Parse(args) != nil {
		return errUsage
	}
	if *count < 1 || set.NArg() > 0 {
		fmt.Fprint(a.stderr, usage)
		return errUsage
	}
	c, err := behaviours.Live(behaviours.InChild, *seed, *count)
	if err != nil {
		return err
	}
	differences := c.Differences()
	for _, text := range differences {
		fmt.Fprintln(a.stdout, text)
	}
	fmt.Fprintf(a.stdout, "seed %d: %d scenarios, %d differences\n", *seed, *count, len(differences))
	if *keep != "" {
		if err := c.Keep(*keep); err != nil {
			return err
		}
	}
	if len(differences) > 0 {
		return errDiffer
	}
	return nil
}
