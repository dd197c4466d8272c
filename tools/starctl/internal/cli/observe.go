package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
)

// observerCommand is the program that shows nodes in a browser. It is no part of this one,
// which would have its pages and all that they need.
const (
	observerCommand = "observer"
	observerInstall = "go install github.com/starlang-go/starlang/tools/observer/cmd/observer@latest"
)

// observing is how the pages are had.
type observing struct {
	Command   []string `json:"command"`
	Installed bool     `json:"installed"`
	Install   string   `json:"install"`
}

func newObserve(o *options) *cobra.Command {
	listen, show, stay := "", false, false
	cmd := &cobra.Command{
		Use: "observe", Short: "Open the node in a browser, by the command observer, until it is interrupted", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			v := observing{Command: o.observer(listen), Install: observerInstall}
			_, err := exec.LookPath(observerCommand)
			v.Installed = err == nil
			switch {
			case show || o.output != "table":
				return printObserving(cmd.OutOrStdout(), o.output, v)
			case !v.Installed:
				return failed{fmt.Errorf("there is no command observer: %s", observerInstall)}
			}
			if err := observe(cmd.Context(), v.Command, cmd.OutOrStdout(), cmd.ErrOrStderr(), !stay); err != nil && cmd.Context().Err() == nil {
				return failed{err}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:4380", "where it serves")
	cmd.Flags().BoolVar(&show, "print", false, "only print the command")
	cmd.Flags().BoolVar(&stay, "no-browser", false, "open no browser")
	return cmd
}

func printObserving(w io.Writer, output string, v observing) error {
	if output == "table" {
		_, err := fmt.Fprintln(w, strings.Join(v.Command, " "))
		return err
	}
	return json.NewEncoder(w).Encode(v)
}

// observer returns the command line, with the files of cookies that this one would take.
func (o *options) observer(listen string) []string {
	command := []string{observerCommand, "-listen", listen}
	if file := cmp.Or(o.observerCookie, os.Getenv("STARLANG_OBSERVER_COOKIE_FILE")); file != "" {
		command = append(command, "-observer-cookie-file", file)
	} else if file := cmp.Or(o.cookieFile, os.Getenv("STARLANG_COOKIE_FILE")); file != "" {
		command = append(command, "-cookie-file", file)
	} else if home, err := os.UserHomeDir(); err == nil {
		file := filepath.Join(home, cookieName)
		if _, err := os.Stat(file); err == nil {
			command = append(command, "-cookie-file", file)
		}
	}
	return append(command, o.node)
}

// observe runs the command until it ends, or ctx does.
func observe(ctx context.Context, command []string, out, errOut io.Writer, browse bool) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stderr = errOut
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	printed, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(printed)
	for lines.Scan() {
		fmt.Fprintln(out, lines.Text())
		if url, found := strings.CutPrefix(lines.Text(), "open once: "); found && browse {
			openBrowser(ctx, url)
		}
	}
	return errors.Join(lines.Err(), c.Wait())
}

// openBrowser opens a page where there is a way to. Where there is none, its address was
// printed.
func openBrowser(ctx context.Context, url string) {
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	_ = exec.CommandContext(ctx, opener[0], append(opener[1:], url)...).Run()
}
