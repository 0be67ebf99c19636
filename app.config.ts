export default defineAppConfig({
  ui: {
    // The scales are in assets/css/main.css. `here`: present, done, go on. `gone`: delete, failure.
    colors: {
      primary: 'here',
      secondary: 'paper',
      success: 'here',
      info: 'here',
      warning: 'ochre',
      error: 'gone',
      neutral: 'paper',
    },
    button: {
      slots: { base: 'cursor-pointer rounded-full font-semibold focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-primary' },
      defaultVariants: { size: 'lg' },
    },
    formField: { defaultVariants: { size: 'xl' } },
    input: { defaultVariants: { size: 'xl' } },
    select: { defaultVariants: { size: 'xl' } },
    selectMenu: { defaultVariants: { size: 'xl' } },
    textarea: { defaultVariants: { size: 'xl' } },
    modal: {
      slots: { overlay: 'bg-inverted/30', title: 'font-heading text-xl' },
    },
  },
})
