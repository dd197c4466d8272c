package release

import (
	"slices"

	"golang.org/x/mod/modfile"
)

// GoMod returns a go.mod without replaces, and without the requirements that need does
// not allow. To leave the latter to go mod tidy is not enough: what a third-party module
// has for its own tests it keeps, at the version that our tests had.
func GoMod(file string, data []byte, need func(path string) bool) ([]byte, error) {
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Clone(mod.Replace) {
		if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return nil, err
		}
	}
	for _, r := range slices.Clone(mod.Require) {
		if need(r.Mod.Path) {
			continue
		}
		if err := mod.DropRequire(r.Mod.Path); err != nil {
			return nil, err
		}
	}
	mod.Cleanup()
	return mod.Format()
}
