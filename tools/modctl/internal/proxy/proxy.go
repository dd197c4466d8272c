// Package proxy publishes modules into a directory, for the go command to take them from.
package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/starlang-go/starlang/tools/modctl/internal/command"
)

// Dir is a module proxy that is a directory, for use as a file:// URL.
// Source: Go modules reference, "GOPROXY protocol".
type Dir string

// Add publishes a version of a module, whose files are those in dir. Modules nested in
// it are left out, as from everything that the go command fetches.
func (d Dir) Add(v module.Version, dir string) error {
	escaped, err := module.EscapePath(v.Path)
	if err != nil {
		return err
	}
	files := filepath.Join(string(d), filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return err
	}
	if err := addVersion(v, dir, filepath.Join(files, v.Version)); err != nil {
		return err
	}
	return addToList(filepath.Join(files, "list"), v.Version)
}

// addVersion writes the three files of one version, whose names begin with base.
func addVersion(v module.Version, dir, base string) error {
	info, err := json.Marshal(map[string]any{"Version": v.Version, "Time": time.Now().UTC()})
	if err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(base+".info", info, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(base+".mod", mod, 0o644); err != nil {
		return err
	}
	f, err := os.Create(base + ".zip")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := zip.CreateFromDir(f, v, dir); err != nil {
		return err
	}
	return f.Close()
}

// addToList adds a version to the file that lists the versions of a module.
func addToList(file, version string) error {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	versions := command.Lines(string(data))
	if !slices.Contains(versions, version) {
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return os.WriteFile(file, []byte(strings.Join(versions, "\n")+"\n"), 0o644)
}

// Env returns the settings of a user who has nothing but published modules. They get
// ours from the directory; third-party ones come from this machine's download cache
// and, if they are not there, from where they always come. Extracted modules go to the
// cache in modules: in the machine's own one, ours would be taken for the published
// ones for ever.
//
// The checksum database does not know what is not published. The third-party modules
// were checked against go.sum on their way into the download cache.
func (d Dir) Env(ctx context.Context, root, modules string) ([]string, error) {
	out, err := command.Command{Dir: root}.Output(ctx, "go", "env", "GOMODCACHE", "GOPROXY")
	if err != nil {
		return nil, err
	}
	usual := command.Lines(out)
	downloads := filepath.Join(usual[0], "cache", "download")
	return []string{
		"GOWORK=off",
		"GOOS=", "GOARCH=", // this machine's, also where tests run for another one
		// With -trimpath what is compiled does not depend on where modules lies, so that the
		// next run, which has another directory, finds it in the build cache.
		"GOFLAGS=-mod=mod -modcacherw -trimpath",
		"GOMODCACHE=" + modules,
		"GOPROXY=" + FileURL(string(d)) + "," + FileURL(downloads) + "," + usual[1],
		// With any GONOPROXY, "none" too, the go command first asks the module cache alone,
		// and takes the module around a nested one, if it is there, for the one wanted.
		"GOENV=off", "GONOPROXY=", "GOPRIVATE=",
		"GOSUMDB=off",
		"GOVCS=*:off",
	}, nil
}

// FileURL returns the URL of a directory: file:///tmp/x, or file:///C:/x.
func FileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}
