/** Output activation of a task and loss. */
export function outputActivation(task, loss) {
  if (task === "multiclass") return "softmax";
  if (task === "regression" || loss === "hinge") return "linear";
  return loss === "binary_crossentropy" ? "sigmoid" : "tanh";
}
