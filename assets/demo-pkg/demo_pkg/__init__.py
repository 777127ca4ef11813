"""What the private PyPI hands out and a workspace imports."""


def hello():
    return "hello from demo_pkg"


if __name__ == "__main__":
    print(hello())
