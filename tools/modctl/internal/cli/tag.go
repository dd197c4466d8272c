package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/starlang-go/starlang/tools/modctl/internal/git"
	"github.com/starlang-go/starlang/tools/modctl/internal/release"
)

// tag prints the tags that are due and, if asked, creates them. It refuses what
// is not committed or not sound; what is to be created is tried out as well.
func (a *app) tag(ctx context.Context, args []string) error {
	var apply bool
	err := a.flags("tag", args, func(set *flag.FlagSet) {
		set.BoolVar(&apply, "apply", false, "create the tags instead of printing them")
	})
	if err != nil {
		return err
	}
	if err := a.clean(ctx); err != nil {
		return err
	}
	if err := a.checkAll(ctx); err != nil {
		return err
	}
	plan, err := release.Prepare(ctx, a.ws)
	if err != nil {
		return err
	}
	for _, tag := range plan.Stale {
		fmt.Fprintf(a.stdout, "%s: its module has changed since: raise its version to release that\n", tag)
	}
	if !apply {
		a.announce(plan, "is due")
		return nil
	}
	if err := a.tryOut(ctx); err != nil {
		return err
	}
	if err := plan.Apply(ctx, a.ws); err != nil {
		return err
	}
	a.announce(plan, "created")
	if len(plan.Due) > 0 {
		fmt.Fprintf(a.stdout, "publish with: git push --atomic origin %s\n", strings.Join(plan.Due, " "))
	}
	return nil
}

// clean refuses a working tree that differs from its commit.
func (a *app) clean(ctx context.Context) error {
	dirty, err := git.Repo{Root: a.ws.Root}.Dirty(ctx)
	if err != nil {
		return err
	}
	if len(dirty) == 0 {
		return nil
	}
	return fmt.Errorf("commit these first: %s", strings.Join(dirty, ", "))
}

func (a *app) announce(plan *release.Plan, what string) {
	if len(plan.Due) == 0 {
		fmt.Fprintln(a.stdout, "every declared version has its tag")
	}
	for _, tag := range plan.Due {
		fmt.Fprintf(a.stdout, "%s: %s\n", tag, what)
	}
}
