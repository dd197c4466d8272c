// Package globals lists the variables of packages whose content may change while a program
// runs. Nothing of the library is global: many runtimes live in one program and know nothing
// of each other. What its test names as an exception belongs to no runtime.
package globals

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Mutable returns the variables below dir that may change, sorted, as "term.plans": those
// that are assigned to, in whole or in part, whose address is taken, and those of a type with
// methods of its own that are called. Tests, generated files and the given folders are left
// out.
func Mutable(dir string, skip ...string) ([]string, error) {
	fset, packages := token.NewFileSet(), make(map[string][]*ast.File)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel := filepath.ToSlash(strings.TrimPrefix(name, dir+string(filepath.Separator)))
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(skip, rel) || d.Name() == "testdata" || rel != name && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("parse %s: %w", name, err)
		}
		if !ast.IsGenerated(file) {
			packages[path.Dir(rel)] = append(packages[path.Dir(rel)], file)
		}
		return nil
	})
	var found []string
	for pkg, files := range packages {
		for name := range mutableOf(fset, files) {
			found = append(found, pkg+"."+name)
		}
	}
	slices.Sort(found)
	return found, err
}

// mutableOf returns the variables of a package that may change.
func mutableOf(fset *token.FileSet, files []*ast.File) map[string]bool {
	isOfPackage := resolve(fset, files)
	// stateful tells of each variable whether a method of it may change it.
	stateful, mutable := make(map[string]bool), make(map[string]bool)
	for _, f := range files {
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					declare(spec.(*ast.ValueSpec), stateful, mutable)
				}
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			for _, name := range changed(n, stateful, isOfPackage) {
				if _, global := stateful[name]; global {
					mutable[name] = true
				}
			}
			return true
		})
	}
	return mutable
}

// declare notes the variables of a declaration, and those of which it alone says that they may
// change.
func declare(v *ast.ValueSpec, stateful, mutable map[string]bool) {
	for i, name := range v.Names {
		if name.Name == "_" {
			continue
		}
		stateful[name.Name] = i >= len(v.Values)
		if i >= len(v.Values) {
			if _, function := v.Type.(*ast.FuncType); function {
				mutable[name.Name] = true
			}
			continue
		}
		switch value := v.Values[i].(type) {
		case *ast.CompositeLit:
			_, named := value.Type.(*ast.Ident)
			_, foreign := value.Type.(*ast.SelectorExpr)
			stateful[name.Name] = named || foreign
		case *ast.CallExpr:
			if f, ok := value.Fun.(*ast.SelectorExpr); ok && root(f) != nil && root(f).Name == "sync" {
				mutable[name.Name] = true
			}
		}
	}
}

// changed returns the names that a piece of code changes, or may change.
func changed(n ast.Node, stateful map[string]bool, isOfPackage func(*ast.Ident) bool) (names []string) {
	add := func(e ast.Expr) {
		if id := root(e); id != nil && isOfPackage(id) {
			names = append(names, id.Name)
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, e := range n.Lhs {
			if n.Tok != token.DEFINE {
				add(e)
			}
		}
	case *ast.IncDecStmt:
		add(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			add(n.X)
		}
	case *ast.CallExpr:
		switch f := n.Fun.(type) {
		case *ast.Ident:
			if (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
				add(n.Args[0])
			}
		case *ast.SelectorExpr:
			if id := root(f.X); id != nil && stateful[id.Name] {
				add(id)
			}
		}
	}
	return names
}

// resolve returns a function that reports whether a name may be one of the package, and is not
// one of a function. Imports are not followed: what comes of them is of no interest, and the
// errors that it makes neither.
func resolve(fset *token.FileSet, files []*ast.File) func(*ast.Ident) bool {
	info := types.Info{Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{Error: func(error) {}}
	pkg, _ := config.Check("", fset, files, &info)
	return func(id *ast.Ident) bool {
		o := info.Uses[id]
		return o == nil || o.Parent() == pkg.Scope()
	}
}

// root returns the variable that an expression is a part of.
func root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.ParenExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SliceExpr:
		return root(e.X)
	}
	return nil
}
