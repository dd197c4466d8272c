// Package callbacks lists every place of the public API where code of the program runs:
// functions that are given to the library, and interfaces that the program implements. Its
// test lets each of them go wrong in every way.
package callbacks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// API returns the callbacks of the packages below dir, sorted: "runtime.Config.OnDrop" is a
// field, "runtime.WithContext(f)" a parameter, "runtime.Body" a function type and
// "remote.Resolver" an interface. Internal packages, tests and the given folders are left out.
func API(dir string, skip ...string) ([]string, error) {
	found := make(map[string]bool)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel := filepath.ToSlash(strings.TrimPrefix(name, dir+"/"))
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(skip, rel) || d.Name() == "internal" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse %s: %w", name, err)
		}
		l := lister{pkg: path.Dir(rel), found: found}
		for _, decl := range file.Decls {
			l.decl(decl)
		}
		return nil
	})
	var all []string
	for name := range found {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, err
}

// lister lists the callbacks of one package.
type lister struct {
	pkg   string
	found map[string]bool
}

func (l lister) add(format string, args ...any) {
	l.found[l.pkg+"."+fmt.Sprintf(format, args...)] = true
}

func (l lister) decl(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		l.function(decl)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				l.typ(spec)
			}
		}
	}
}

func (l lister) function(f *ast.FuncDecl) {
	name := f.Name.Name
	if f.Recv != nil {
		receiver := base(f.Recv.List[0].Type)
		if !ast.IsExported(receiver) {
			return
		}
		name = receiver + "." + name
	}
	if !f.Name.IsExported() {
		return
	}
	for _, param := range f.Type.Params.List {
		if isCallback(param.Type) {
			for _, p := range param.Names {
				l.add("%s(%s)", name, p.Name)
			}
		}
	}
}

func (l lister) typ(t *ast.TypeSpec) {
	switch def := t.Type.(type) {
	case *ast.FuncType:
		l.add("%s", t.Name.Name)
	case *ast.InterfaceType:
		if hasMethods(def) {
			l.add("%s", t.Name.Name)
		}
	case *ast.StructType:
		for _, field := range def.Fields.List {
			for _, name := range field.Names {
				if name.IsExported() && isCallback(field.Type) {
					l.add("%s.%s", t.Name.Name, name.Name)
				}
			}
		}
	}
}

// isCallback reports whether a value of the type brings code of the program along. Named
// types of the API are listed by themselves.
func isCallback(t ast.Expr) bool {
	switch t := t.(type) {
	case *ast.FuncType:
		return true
	case *ast.Ellipsis:
		return isCallback(t.Elt)
	case *ast.StarExpr:
		return isCallback(t.X)
	case *ast.IndexExpr:
		return isCallback(t.X)
	case *ast.SelectorExpr:
		pkg, _ := t.X.(*ast.Ident)
		return pkg != nil && slices.Contains(foreign, pkg.Name+"."+t.Sel.Name)
	}
	return false
}

// foreign are types of other modules with code of the program in them.
var foreign = []string{"slog.Logger", "slog.Handler", "iter.Seq", "net.Conn", "net.Listener"}

// hasMethods reports whether a type can implement the interface, and must do something for it.
func hasMethods(t *ast.InterfaceType) bool {
	exported := false
	for _, m := range t.Methods.List {
		for _, name := range m.Names {
			if !name.IsExported() {
				return false // sealed
			}
			exported = true
		}
	}
	return exported
}

// base returns the name of the type of a receiver.
func base(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return base(t.X)
	case *ast.IndexExpr:
		return base(t.X)
	case *ast.IndexListExpr:
		return base(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
