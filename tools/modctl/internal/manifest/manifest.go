package manifest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// FileName is the manifest's name at the root of the repository.
const FileName = "versions.json"

// Manifest is the content of versions.json. Modules are named by their
// directory, relative to the root and slash-separated.
type Manifest struct {
	// Module is the path that the modules' paths begin with.
	Module string `json:"module"`
	// Go is the version in the go line of every go.mod and of go.work.
	Go string `json:"go"`
	// Modules are the modules of the workspace.
	Modules map[string]Module `json:"modules"`
	// Satellites are published like Modules, but kept out of go.work: what they bring
	// along would raise the versions that the libraries are tested with.
	Satellites map[string]Module `json:"satellites,omitempty"`
	// TestOnly are the third-party modules that any test may import.
	TestOnly []string `json:"test_only"`
	// UsersHave are test libraries, as path@version, older than those of this repository,
	// that a program may require already: no module may raise them.
	UsersHave []string `json:"users_have,omitempty"`
	// Outside are the modules that are neither in go.work nor published, with the reason.
	Outside map[string]string `json:"outside"`
}

// Module is what the manifest says of one module that is published.
type Module struct {
	// Version is the version last published or, before its tag exists, the next one.
	Version string `json:"version"`
	// Siblings are all modules of the repository that it may require, those that
	// its siblings need included. Only a satellite may require a satellite.
	Siblings []string `json:"siblings"`
	// ThirdParty are the third-party modules that its own code may import, and
	// what these bring along. What siblings import comes on top, see [Manifest.Budget].
	ThirdParty []string `json:"third_party"`
	// TestOnly are third-party modules that its tests may import, besides those that
	// any test may.
	TestOnly []string `json:"test_only,omitempty"`
}

// Load reads a manifest. A field that it does not know is an error, so that a
// misspelt one cannot switch a check off.
func Load(file string) (*Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.DisallowUnknownFields()
	m := new(Manifest)
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return m, nil
}

// Published returns what the manifest says of a module that is published, in the
// workspace or as a satellite, and whether it is one.
func (m *Manifest) Published(dir string) (Module, bool) {
	if mod, known := m.Modules[dir]; known {
		return mod, true
	}
	mod, known := m.Satellites[dir]
	return mod, known
}

// Version returns the declared version of a published module.
func (m *Manifest) Version(dir string) string {
	mod, _ := m.Published(dir)
	return mod.Version
}

// Path returns the module path of the module in dir.
func (m *Manifest) Path(dir string) string { return m.Module + "/" + dir }

// Dir returns the directory of the module with this path, and whether the path
// is one of this repository's at all.
func (m *Manifest) Dir(path string) (string, bool) {
	return strings.CutPrefix(path, m.Module+"/")
}
