module github.com/starlang-go/starlang/term

go 1.26.0
