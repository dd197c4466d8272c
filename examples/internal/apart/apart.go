// Package apart runs an example that is not in the workspace, because it brings along
// what would raise the versions that the libraries are tested with.
package apart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

// module is where such examples are, beside those of the workspace.
const module = "cluster"

// Main is the whole program of an example: it has go run the program in the module apart
// with these arguments, and returns its exit status.
func Main(program string, args []string, in io.Reader, out, errs io.Writer) int {
	dir, err := find(program)
	if err != nil {
		fmt.Fprintln(errs, program+":", err)
		return 1
	}
	// The program gets Ctrl-C too, and ends. To ignore it here would be inherited.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	cmd := exec.Command("go", append([]string{"-C", dir, "run", "."}, args...)...)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errs
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode()
	case err != nil:
		fmt.Fprintln(errs, program+":", err)
		return 1
	}
	return 0
}

// find returns the directory of a program in the module apart, of the clone that we are in.
func find(program string) (string, error) {
	out, err := exec.Command("go", "list", "-f", "{{.Module.Dir}}", "github.com/starlang-go/starlang/examples/internal/apart").Output()
	if err != nil {
		return "", errors.New("run it within a clone of the repository")
	}
	dir := filepath.Join(string(bytes.TrimSpace(out)), module, program)
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("run it within a clone of the repository: %w", err)
	}
	return dir, nil
}
