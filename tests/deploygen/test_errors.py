from deploygen.errors import ConfigInvalid, FilesInTheWay, MachineUnfit, Problem, UserError

PROBLEM = Problem(line=3, key="URL", wrong="it is wrong", accepted="accepted is b", remedy="do c")


def test_a_problem_is_one_line_with_its_place() -> None:
    assert PROBLEM.located("config.sh") == ("config.sh:3: URL: it is wrong; accepted is b; do c")


def test_a_part_that_has_nothing_to_say_is_left_out() -> None:
    problem = Problem(line=None, key="URL", wrong="it is wrong", accepted="", remedy="do c")

    assert problem.located("config.sh") == "config.sh: URL: it is wrong; do c"


def test_problems_come_in_the_order_of_the_file() -> None:
    first = Problem(line=1, key="Z", wrong="w", accepted="", remedy="")

    assert ConfigInvalid("config.sh", [PROBLEM, first]).problems == (first, PROBLEM)


def test_each_class_of_error_has_its_exit_code() -> None:
    classes = (UserError, ConfigInvalid, FilesInTheWay, MachineUnfit)

    # 2 is click's own, for wrong options.
    assert [item.exit_code for item in classes] == [1, 3, 4, 5]
