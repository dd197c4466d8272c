package check

import (
	"os"
	"path/filepath"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Readme checks that every published module has a README.md, which is
// what a package site shows of it.
func Readme(ws *workspace.Workspace) []finding.Finding {
	var found []finding.Finding
	for _, dir := range ws.Manifest.OrderPublished() {
		info, err := os.Stat(filepath.Join(ws.Dir(dir), "README.md"))
		if err != nil || info.Size() == 0 {
			found = append(found, finding.New(dir, "write one", "it has no README.md"))
		}
	}
	return found
}
