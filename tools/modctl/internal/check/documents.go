package check

import (
	"os"
	"path/filepath"

	"github.com/starlang-go/starlang/tools/modctl/internal/finding"
	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Documents checks that every published module has a README.md, which is what a package
// site shows of it, and a CHANGELOG.md, in which users look before they upgrade.
func Documents(ws *workspace.Workspace) []finding.Finding {
	var found []finding.Finding
	for _, dir := range ws.Manifest.OrderPublished() {
		for _, name := range []string{"README.md", "CHANGELOG.md"} {
			info, err := os.Stat(filepath.Join(ws.Dir(dir), name))
			if err != nil || info.Size() == 0 {
				found = append(found, finding.New(dir, "write one", "it has no %s", name))
			}
		}
	}
	return found
}
