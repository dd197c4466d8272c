package release

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// leaveOutTests removes the tests of the module in dir, so that nothing in it needs the
// test-only modules any more. Examples stay, for the documentation to show them, unless
// they need such a module themselves. An internal package that needs one goes with the
// tests: only they may use it, as modctl check holds.
func leaveOutTests(dir, modulePath string, testOnly []string) error {
	files, err := sources(dir, modulePath)
	if err != nil {
		return err
	}
	gone := slices.Clone(testOnly) // modules and packages that are not to be needed
	for changed := true; changed; {
		changed = false
		for _, f := range files {
			if f.isInternal() && !f.isTest && f.needs(gone) && !slices.Contains(gone, f.pkg) {
				gone, changed = append(gone, f.pkg), true
			}
		}
	}
	for _, f := range files {
		stays := !f.isTest || f.isExample && !f.needs(gone)
		if stays && !slices.Contains(gone, f.pkg) {
			continue
		}
		if err := os.Remove(f.file); err != nil {
			return err
		}
	}
	return nil
}

// source is a Go file of a module.
type source struct {
	file, pkg string // pkg is the import path of its directory
	imports   []string
	isTest    bool
	isExample bool // of its functions that go test calls, all are examples
}

func (s source) isInternal() bool {
	return slices.Contains(strings.Split(s.pkg, "/"), "internal")
}

// needs reports whether the file imports one of these packages, or a package of one of
// these modules.
func (s source) needs(gone []string) bool {
	return slices.ContainsFunc(s.imports, func(imported string) bool {
		return slices.ContainsFunc(gone, func(path string) bool {
			return imported == path || strings.HasPrefix(imported, path+"/")
		})
	})
}

// sources reads all Go files of the module in dir, those of nested modules and in
// testdata left out.
func sources(dir, modulePath string) ([]source, error) {
	var files []source
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != dir && (d.Name() == "testdata" || isModule(file)) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		rel, err := filepath.Rel(dir, filepath.Dir(file))
		if err != nil {
			return err
		}
		s, err := parse(file)
		s.pkg = path.Join(modulePath, filepath.ToSlash(rel))
		files = append(files, s)
		return err
	})
	return files, err
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func parse(file string) (source, error) {
	s := source{file: file, isTest: strings.HasSuffix(file, "_test.go")}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return s, err
	}
	for _, i := range parsed.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports = append(s.imports, imported)
	}
	s.isExample = s.isTest && hasExamplesOnly(parsed)
	return s, nil
}

// hasExamplesOnly reports whether a file has examples and no tests, benchmarks or fuzz
// targets.
func hasExamplesOnly(file *ast.File) bool {
	examples := false
	for _, decl := range file.Decls {
		f, isFunc := decl.(*ast.FuncDecl)
		if !isFunc || f.Recv != nil {
			continue
		}
		for _, kind := range []string{"Test", "Benchmark", "Fuzz"} {
			if strings.HasPrefix(f.Name.Name, kind) {
				return false
			}
		}
		examples = examples || strings.HasPrefix(f.Name.Name, "Example")
	}
	return examples
}
