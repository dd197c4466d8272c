package cli

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/changed"
	"github.com/starlang-go/starlang/tools/modctl/internal/check"
	"github.com/starlang-go/starlang/tools/modctl/internal/consumer"
	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/fix"
	"github.com/starlang-go/starlang/tools/modctl/internal/git"
)

func (a *app) check(ctx context.Context, args []string) error {
	if err := a.noFlags("check", args); err != nil {
		return err
	}
	if err := a.checkAll(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "modctl check: %d modules, nothing wrong\n", len(a.ws.Mods))
	return nil
}

// checkAll runs the checks and prints what they find.
func (a *app) checkAll(ctx context.Context) error {
	found, err := check.Run(ctx, a.ws)
	if err != nil {
		return err
	}
	return a.report(found)
}

// report prints findings; that there are any is an error.
func (a *app) report(found []finding.Finding) error {
	fmt.Fprint(a.stdout, finding.Text(found))
	if len(found) > 0 {
		return errFindings
	}
	return nil
}

func (a *app) fix(ctx context.Context, args []string) error {
	if err := a.noFlags("fix", args); err != nil {
		return err
	}
	files, err := fix.Run(ctx, a.ws)
	a.print(files)
	return err
}

func (a *app) list(_ context.Context, args []string) error {
	var outside, satellites bool
	err := a.flags("list", args, func(set *flag.FlagSet) {
		set.BoolVar(&outside, "outside", false, "print the modules that are not published instead")
		set.BoolVar(&satellites, "satellites", false, "print the modules that are published but not in go.work instead")
	})
	if err != nil {
		return err
	}
	switch {
	case outside:
		a.print(slices.Sorted(maps.Keys(a.ws.Manifest.Outside)))
	case satellites:
		a.print(a.ws.Manifest.OrderSatellites())
	default:
		a.print(a.ws.Manifest.Order())
	}
	return nil
}

func (a *app) changed(ctx context.Context, args []string) error {
	var base string
	err := a.flags("changed", args, func(set *flag.FlagSet) {
		set.StringVar(&base, "base", "main", "the branch, tag or commit to compare with")
	})
	if err != nil {
		return err
	}
	files, err := git.Repo{Root: a.ws.Root}.Changed(ctx, base)
	if err != nil {
		return err
	}
	a.print(changed.Modules(a.ws, files))
	return nil
}

func (a *app) consumer(ctx context.Context, args []string) error {
	if err := a.noFlags("consumer", args); err != nil {
		return err
	}
	return a.tryOut(ctx)
}

// tryOut tries all modules out alone and prints what does not work.
func (a *app) tryOut(ctx context.Context) error {
	found, err := consumer.Run(ctx, a.ws, consumer.Programs(), a.stdout)
	if err != nil {
		return err
	}
	return a.report(found)
}

func (a *app) print(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(a.stdout, line)
	}
}
